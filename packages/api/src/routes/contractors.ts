import { Type } from 'typebox';
import { defineRoutes } from '../route.ts';
import * as s from '../schemas/index.ts';

const ListQuery = Type.Object({ q: Type.Optional(Type.String({ maxLength: 200 })), ...s.PageQuery }, s.Closed);

export const contractorRoutes = defineRoutes({
  listContractors: {
    method: 'GET',
    path: '/api/v1/provider/contractors',
    summary: 'Contractors',
    access: 'provider.read',
    query: ListQuery,
    status: 200,
    response: s.Page(s.Contractor),
  },
  createContractor: {
    method: 'POST',
    path: '/api/v1/provider/contractors',
    summary: 'Create a contractor',
    access: 'provider.contractors.write',
    body: s.ContractorRequest,
    status: 201,
    response: s.Contractor,
  },
  changeContractor: {
    method: 'PATCH',
    path: '/api/v1/provider/contractors/:contractorId',
    summary: 'Rename or suspend a contractor',
    access: 'provider.contractors.write',
    params: s.ContractorParams,
    body: s.ContractorChange,
    status: 200,
    response: s.Contractor,
  },
  getProviderStatus: {
    method: 'GET',
    path: '/api/v1/provider/status',
    summary: 'The installation at a glance',
    access: 'provider.read',
    status: 200,
    response: s.ProviderStatus,
  },
  getContractor: {
    method: 'GET',
    path: '/api/v1/contractors/:contractorId',
    summary: 'One contractor and its settings',
    access: 'contractor.read',
    params: s.ContractorParams,
    status: 200,
    response: s.ContractorDetail,
  },
  changeContractorSettings: {
    method: 'PATCH',
    path: '/api/v1/contractors/:contractorId/settings',
    summary: 'Change settings',
    access: 'contractor.settings.write',
    params: s.ContractorParams,
    body: s.ContractorSettingsChange,
    status: 200,
    response: s.ContractorDetail,
  },
  getDashboard: {
    method: 'GET',
    path: '/api/v1/contractors/:contractorId/dashboard',
    summary: 'Is the fleet all right?',
    access: 'contractor.read',
    params: s.ContractorParams,
    status: 200,
    response: s.Dashboard,
  },
});
